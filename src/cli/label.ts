// heatstream label PICTURES… --teacher RUN
import { UsageError } from '../config/resolve.ts';
import { annotationsOf } from '../formats/coco-annotations.ts';
import { resultsOf } from '../formats/coco-results.ts';
import { predictPictures } from '../pipeline/predict-pictures.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import { collectPredictions } from './collect.ts';
import { PREDICT_OPTIONS, type Invocation } from './commands.ts';
import { createRejectList, engineOf, listenForSignals, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(['teacher', ...PREDICT_OPTIONS], invocation);
  const out = invocation.flags['out'] as string | undefined;
  const results = invocation.flags['results'] as string | undefined;
  if (options.teacher === undefined) throw new UsageError('--teacher RUN|FILE is needed');
  if (out === undefined && results === undefined) {
    throw new UsageError(
      '--out FILE.json (COCO annotations) or --results FILE.json (COCO results) is needed',
    );
  }
  const signals = listenForSignals(() => process.stderr.write('stopping\n'));
  const collected = collectPredictions();
  const { model, people, rejected, withoutBox } = await predictPictures(
    { ...options, model: options.teacher, pictures: invocation.positional },
    {
      engine: await engineOf(options),
      signal: signals.drain,
      onReject: createRejectList(options.quiet),
      onPerson: (person) => {
        collected.add(person);
      },
    },
  );
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
  process.stderr.write(
    `${people} people labelled, ${rejected} pictures quarantined, ${withoutBox} without a box skipped\n`,
  );
  const interrupted = signals.exitCode;
  if (interrupted !== undefined) return interrupted;
  return options.strict && rejected > 0 ? 3 : 0;
}
