// Methods by name and regime.
import type { Method, MethodName, Regime } from './method.ts';
import { naive } from './naive.ts';
import { singleCached, singleOnline } from './single.ts';
import { supervised } from './supervised.ts';

const METHODS: readonly Method[] = [supervised, singleOnline, singleCached, naive];

/** Throws where the method has no such regime. */
export function methodNamed(name: MethodName, regime: Regime): Method {
  const found = METHODS.find((method) => method.name === name && method.regime === regime);
  if (!found) throw new Error(`Method ${name} has no ${regime} regime; use --regime online`);
  return found;
}
