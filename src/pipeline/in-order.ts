// Works on several items at a time and hands the results on in the order of the items.
import {
  defer,
  from,
  map,
  mergeMap,
  toArray,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';

/**
 * Results that overtook wait for the slow one before them: as many as the credits upstream allow in flight.
 * An item may give any number of results; none drops it.
 */
export function inOrder<A, B>(
  work$: (item: A) => ObservableInput<B>,
  lanes: number,
): OperatorFunction<A, B> {
  return (source$) =>
    defer(() => {
      const waiting = new Map<number, readonly B[]>();
      let next = 0;
      const ready = (): B[] => {
        const results: B[] = [];
        for (let done = waiting.get(next); done; done = waiting.get(next)) {
          waiting.delete(next++);
          results.push(...done);
        }
        return results;
      };
      return source$.pipe(
        mergeMap(
          (item, index) =>
            defer(() => work$(item)).pipe(
              toArray(),
              map((results) => {
                waiting.set(index, results);
                return ready();
              }),
            ),
          lanes,
        ),
        mergeMap((results) => from(results)),
      );
    });
}
