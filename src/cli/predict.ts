// heatstream predict RUN PICTURES…
import { join } from 'node:path';
import { UsageError } from '../config/resolve.ts';
import { csvOf } from '../formats/csv.ts';
import { annotationsOf } from '../formats/coco-annotations.ts';
import { predictPictures } from '../pipeline/predict-pictures.ts';
import { drawOverlay } from '../pipeline/draw-overlay.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import { videoOf } from '../stages/video/frame-path.ts';
import { collectPredictions } from './collect.ts';
import { PREDICT_OPTIONS, type Invocation } from './commands.ts';
import { createRejectList, engineOf, listenForSignals, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(PREDICT_OPTIONS, invocation);
  const [model, ...pictures] = invocation.positional;
  const out = invocation.flags['out'] as string | undefined;
  const overlays = invocation.flags['overlays'] as string | undefined;
  if (model === undefined || pictures.length === 0) {
    throw new UsageError(
      'name the run, then the folders or pictures: heatstream predict runs/x photos --out keypoints.json',
    );
  }
  if (out === undefined && overlays === undefined)
    throw new UsageError('--out FILE.json|FILE.csv or --overlays FOLDER is needed');
  if (out !== undefined && !/\.(json|csv)$/.test(out)) {
    throw new UsageError(`--out ${out}: expected a name that ends with .json or .csv`);
  }
  const signals = listenForSignals(() => process.stderr.write('stopping\n'));
  const collected = collectPredictions();
  const summary = await predictPictures(
    { ...options, model, pictures },
    {
      engine: await engineOf(options),
      signal: signals.drain,
      onReject: createRejectList(options.quiet),
      async onPerson(person, { skeleton }) {
        collected.add(person);
        const { path } = person.person;
        // A frame of a video is no file to draw on.
        if (overlays !== undefined && videoOf(path) === undefined) {
          const name = `${person.person.sha256.slice(0, 16)}-${person.person.instanceId}.jpg`;
          await writeFileAtomic(
            join(overlays, name),
            await drawOverlay(path, person.keypoints, skeleton),
          );
        }
      },
    },
  );
  signals.dispose();
  if (out !== undefined) {
    const { skeleton } = summary.model;
    const text = out.endsWith('.csv')
      ? csvOf(collected.people(), skeleton)
      : JSON.stringify(
          annotationsOf(collected.people(), {
            skeleton,
            provenance: { model: summary.model.digest },
          }),
        );
    await writeFileAtomic(out, text);
  }
  process.stderr.write(
    `${summary.people} people predicted, ${summary.rejected} pictures quarantined, ${summary.withoutBox} without a box skipped\n`,
  );
  const interrupted = signals.exitCode;
  if (interrupted !== undefined) return interrupted;
  return options.strict && summary.rejected > 0 ? 3 : 0;
}
