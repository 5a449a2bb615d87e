// Methods by name and regime.
import { dataDistill } from './data-distill.ts';
import { dualCached, dualOnline } from './dual.ts';
import { meanTeacher, meanTeacherCached } from './mean-teacher.ts';
import type { Method, MethodName, Regime } from './method.ts';
import { naive } from './naive.ts';
import { pi, temporalEnsembling } from './pi.ts';
import { pseudoPose } from './pseudo-pose.ts';
import { singleCached, singleOnline } from './single.ts';
import { supervised } from './supervised.ts';

const METHODS: readonly Method[] = [
  supervised,
  pseudoPose,
  dataDistill,
  naive,
  pi,
  temporalEnsembling,
  meanTeacher,
  meanTeacherCached,
  singleOnline,
  singleCached,
  dualOnline,
  dualCached,
];

/** A fixed labeller's targets are always stored. Throws where the method has no such regime. */
export function methodNamed(name: MethodName, regime: Regime): Method {
  const found = METHODS.filter((method) => method.name === name);
  const method = found.find((m) => m.regime === regime) ?? found.find((m) => m.labeller);
  if (!method) throw new Error(`Method ${name} has no ${regime} regime; use --regime online`);
  return method;
}
