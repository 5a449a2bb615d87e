// Numbers of things, as people say them.

/** `1 target`, `2 targets`. */
export const countOf = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? '' : 's'}`;
