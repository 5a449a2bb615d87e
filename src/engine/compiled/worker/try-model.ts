// Runs a model once, without state: whether it works here, and what it gives.
import { createSession, ort, type SessionSettings } from './create-session.ts';
import type { Feeds } from './messages.ts';

export async function tryModel(
  model: Uint8Array,
  feeds: Feeds,
  settings: Pick<SessionSettings, 'threads' | 'provider'>,
): Promise<Record<string, Float32Array>> {
  const session = await createSession(model, { ...settings, isFinal: true });
  try {
    const tensors = Object.entries(feeds).map(
      ([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)] as const,
    );
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(results).map(([name, t]) => [name, t.data as Float32Array]),
    );
  } finally {
    await session.release();
  }
}
