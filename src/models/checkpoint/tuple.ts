// A Python tuple as pickles hold it, apart from lists, which are arrays.

export class Tuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}
