// heatstream label PICTURES… --teacher RUN: teacher targets into the cache, and COCO files of them where asked for
import { UsageError } from '../config/resolve.ts';
import { annotationsOf } from '../formats/coco-annotations.ts';
import { resultsOf } from '../formats/coco-results.ts';
import { createProgress } from '../monitor/progress.ts';
import { labelPictures } from '../pipeline/label-pictures.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import { collectPredictions } from './collect.ts';
import { LABEL_OPTIONS, type Invocation } from './commands.ts';
import { createRejectList, engineOf, listenForSignals, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(LABEL_OPTIONS, invocation);
  const out = invocation.flags['out'] as string | undefined;
  const results = invocation.flags['results'] as string | undefined;
  if (options.teacher === undefined) throw new UsageError('--teacher RUN|FILE is needed');
  const signals = listenForSignals(() => process.stderr.write('stopping\n'));
  const collected = collectPredictions();
  const isCollecting = out !== undefined || results !== undefined;
  const progress = options.quiet
    ? undefined
    : createProgress({
        ...{ label: 'label', unit: 'people', stream: process.stderr },
        clock: () => performance.now(),
      });
  const { model, people, taught, rejected, withoutBox } = await labelPictures(
    { ...options, teacher: options.teacher, pictures: invocation.positional },
    {
      engine: await engineOf(options),
      signal: signals.drain,
      onReject: createRejectList(options.quiet),
      onPerson: isCollecting
        ? (person) => {
            collected.add(person);
          }
        : undefined,
      onProgress: (done) => progress?.update(done),
    },
  );
  progress?.finish();
  signals.dispose();
  const { skeleton, step } = model.card;
  if (out !== undefined) {
    const provenance = {
      teacher: model.digest,
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
