// A session of several lanes, whose calls run beside each other.
import { expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import { batch, predict, shapes, smallState, train } from './small-net.ts';

async function open(lanes: number) {
  const engine = await openEngine({ name: 'onnxruntime', threads: 2 });
  const session = await engine.open(smallState(), { lanes });
  onTestFinished(() => session.dispose());
  return session;
}

const images = { images: shapes.images };

it('calls beside each other give what one after the other gives, also when the state is written between them', async () => {
  const answers = [];
  for (const lanes of [1, 2]) {
    const session = await open(lanes);
    const runner = await session.compile(predict, images);
    const look = () =>
      Promise.all([0, 1, 2, 3, 4].map((k) => runner.run([{ images: batch(k).images }])));
    const before = await look();
    const state = await session.read();
    await session.write(
      Object.fromEntries(
        Object.entries(state).map(([name, { shape, data }]) => [name, { shape, data: data.map((v) => 0.5 * v) }]), // prettier-ignore
      ),
    );
    const after = await look();
    expect(after).not.toEqual(before);
    answers.push([before, after]);
  }
  expect(answers[1]).toEqual(answers[0]);
});

it('a step that changes the state is refused', async () => {
  const session = await open(2);
  await expect(session.compile(train, shapes)).rejects.toThrow('2 lanes hold apart');
});

it('everyone who waits on any lane is rejected when the session is disposed', async () => {
  const session = await open(2);
  const runner = await session.compile(predict, images);
  const running = [0, 1].map((k) => runner.run(Array.from({ length: 300 }, () => ({ images: batch(k).images })))); // prettier-ignore
  const rejected = running.map((each) => expect(each).rejects.toThrow('disposed'));
  await Promise.all([...rejected, session.dispose()]);
  await expect(session.read()).rejects.toThrow('disposed');
});
