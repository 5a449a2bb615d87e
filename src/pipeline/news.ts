// Remembers what was told last of each path, so that it is not told twice.

/** Tells whether this is not what was told of the path last; forgets the oldest of more than `limit` paths. */
export function createNews(limit: number): (path: string, told: string | number) => boolean {
  const known = new Map<string, string | number>();
  return (path, told) => {
    if (known.get(path) === told) return false;
    known.delete(path);
    known.set(path, told);
    if (known.size > limit) known.delete(known.keys().next().value!);
    return true;
  };
}
