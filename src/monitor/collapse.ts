// Watches heatmaps on unlabelled pictures go flat: the collapse that consistency training can fall into.

/** What a step says about it. */
export interface CollapseSignals {
  readonly step: number;
  /** Mean heatmap maximum of the student on unlabelled and on labelled pictures. */
  readonly studentPeak: number;
  readonly labelledPeak: number;
  /** Consistency weight; without one nothing can collapse. */
  readonly weight: number;
}

export interface CollapseAlarm {
  readonly step: number;
  /** The last step before the fall. */
  readonly since: number;
  readonly signal: 'unlabelled peak' | 'unlabelled peak against labelled';
  /** One line: what was seen, since when, the likely cause, and what to change. */
  readonly reason: string;
}

export interface CollapseDetector {
  /** Call once a step, in order. Alarms once. */
  observe(signals: CollapseSignals): CollapseAlarm | undefined;
  /** Whether nothing points to a collapse at the last step seen. */
  isHealthy(): boolean;
}

/** Steps that the averages of the signals look back on. */
const MEMORY = 15;
/** Of their best: the peak on unlabelled pictures, and its ratio to the one on labelled pictures. */
const FALLEN = 0.55;
/** Steps that such a fall may have taken. Where peaks sag for longer, a teacher with low peaks may be what the student follows. */
const SWIFT = 500;
/** Of their best, however long it took: a student of a stored canonical view went down to 0.46 and stayed healthy. */
const SUNK = 0.4;
/** The fall counts from where the peak was last as high as this part of its best. */
const HIGH = 0.9;
/** Steps in a row that must look bad. */
const PATIENCE = 5;
/** Peaks below this are those of a network that has not learned yet. */
const LEARNED = 0.15;
/** A ratio of unlabelled to labelled peak that no sound training shows once labelled pictures are learned. */
const FLAT = 0.15;

/** @param views of teacher and student, named in the advice */
export function createCollapseDetector(views: {
  readonly easy: string;
  readonly hard: string;
}): CollapseDetector {
  let seen = 0;
  let unlabelled = 0;
  let labelled = 0;
  let bestPeak = 0;
  let bestRatio = 0;
  let highAt = 0;
  let bad = 0;
  let isOver = false;
  const advice = `the views ${views.easy} → ${views.hard} are the likely cause where the student's is no harder than the teacher's: make --hard harder (heatstream preflight orders views), or lower --weight`;

  return {
    observe({ step, studentPeak, labelledPeak, weight }) {
      if (isOver || weight === 0) return undefined;
      seen += 1;
      // An average over the first steps, then one that forgets.
      const share = Math.max(1 / seen, 1 / MEMORY);
      unlabelled += share * (studentPeak - unlabelled);
      labelled += share * (labelledPeak - labelled);
      const ratio = labelled > 0 ? unlabelled / labelled : 0;
      if (unlabelled >= HIGH * bestPeak) highAt = step;
      bestPeak = Math.max(bestPeak, unlabelled);
      if (labelled >= LEARNED) bestRatio = Math.max(bestRatio, ratio);

      const limit = step - highAt <= SWIFT ? FALLEN : SUNK;
      const hasFallen =
        bestPeak >= LEARNED && unlabelled < limit * bestPeak && ratio < limit * bestRatio;
      const isFlat = seen > 4 * MEMORY && labelled >= 2 * LEARNED && ratio < FLAT;
      bad = hasFallen || isFlat ? bad + 1 : 0;
      if (bad < PATIENCE) return undefined;
      isOver = true;
      const percent = (part: number) => `${(100 * part).toFixed(0)} %`;
      return hasFallen
        ? {
            step,
            since: highAt,
            signal: 'unlabelled peak',
            reason: `the mean heatmap peak on unlabelled pictures is ${unlabelled.toFixed(3)}, ${percent(unlabelled / bestPeak)} of its best ${bestPeak.toFixed(3)}, falling since step ${highAt}; on labelled pictures it is ${labelled.toFixed(3)}; ${advice}`,
          }
        : {
            step,
            since: 0,
            signal: 'unlabelled peak against labelled',
            reason: `the mean heatmap peak on unlabelled pictures is ${unlabelled.toFixed(3)}, ${percent(ratio)} of that on labelled ones, since the start; ${advice}`,
          };
    },
    isHealthy: () => bad === 0 && unlabelled >= 0.8 * bestPeak,
  };
}
