// heatstream label PICTURES… --teacher RUN: teacher targets into the cache, and COCO files of them where asked for
import { UsageError } from '../config/resolve.ts';
import { annotationsOf } from '../formats/coco-annotations.ts';
import { resultsOf } from '../formats/coco-results.ts';
import { createProgress } from '../monitor/progress.ts';
import { labelPictures } from '../pipeline/label-pictures.ts';
import { refuseExternalOptions } from '../pipeline/open-predicting.ts';
import {
  predictPictures,
  type PictureHooks,
  type PictureOptions,
} from '../pipeline/predict-pictures.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import { isExternal } from '../stages/read-external.ts';
import { collectPredictions } from './collect.ts';
import { LABEL_OPTIONS, type Invocation } from './commands.ts';
import { createRejectList, engineOf, listenForSignals, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(LABEL_OPTIONS, invocation);
  const out = invocation.flags['out'] as string | undefined;
  const results = invocation.flags['results'] as string | undefined;
  if (options.teacher === undefined) throw new UsageError('--teacher RUN|FILE is needed');
  if (!isExternal(options.teacher)) refuseExternalOptions(options);
  const isCollecting = out !== undefined || results !== undefined;
  if (isExternal(options.teacher) && !isCollecting) {
    throw new UsageError(
      `--teacher ${options.teacher} labels into files: --out FILE.json (COCO annotations) or --results FILE.json (COCO results) is needed`,
    );
  }
  const signals = listenForSignals(() => process.stderr.write('stopping\n'));
  const collected = collectPredictions();
  const progress = options.quiet
    ? undefined
    : createProgress({
        ...{ label: 'label', unit: 'people', stream: process.stderr },
        clock: () => performance.now(),
      });
  const hooks = {
    engine: await engineOf(options),
    signal: signals.drain,
    onReject: createRejectList(options.quiet),
    onProgress: (done: number) => progress?.update(done),
  };
  const { teacher } = options;
  const pictures = invocation.positional;
  const add = (person: Parameters<typeof collected.add>[0]) => {
    collected.add(person);
  };
  const { skeleton, step, digest, people, taught, rejected, withoutBox } = isExternal(teacher)
    ? await labelExternally({ ...options, model: teacher, pictures }, { ...hooks, onPerson: add })
    : await labelPictures(
        { ...options, teacher, pictures },
        { ...hooks, onPerson: isCollecting ? add : undefined },
      ).then(({ model, ...summary }) => ({ ...summary, ...model.card, digest: model.digest }));
  progress?.finish();
  signals.dispose();
  if (out !== undefined) {
    const provenance = {
      teacher: digest,
      teacher_step: step,
      heatstream: invocation.version,
      date_created: new Date().toISOString(),
    };
    const document = annotationsOf(collected.people(), { skeleton, provenance });
    await writeFileAtomic(out, JSON.stringify(document));
  }
  if (results !== undefined) {
    await writeFileAtomic(results, JSON.stringify(resultsOf(collected.people())));
  }
  if (options.json) console.log(JSON.stringify({ people, taught, rejected, withoutBox }));
  process.stderr.write(
    `${people} people labelled, ${people - taught} of them before, ${rejected} pictures quarantined, ${withoutBox} without a box skipped\n`,
  );
  const interrupted = signals.exitCode;
  if (interrupted !== undefined) return interrupted;
  return options.strict && rejected > 0 ? 3 : 0;
}

/** An external network's heatmaps are not a run's: nothing goes into the target cache. */
async function labelExternally(
  options: PictureOptions,
  {
    onProgress,
    onPerson,
    ...hooks
  }: PictureHooks & { readonly onProgress: (done: number) => void },
) {
  let done = 0;
  const { model, ...summary } = await predictPictures(options, {
    ...hooks,
    async onPerson(person, by) {
      await onPerson(person, by);
      onProgress((done += 1));
    },
  });
  const { skeleton, step, digest } = model;
  return { ...summary, skeleton, step, digest, taught: summary.people };
}
