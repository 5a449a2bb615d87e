import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { shutdown } from '../../src/pipeline/shutdown.ts';

describe('shutdown', () => {
  it('drains at the first signal and aborts at the second', () => {
    const source = new EventEmitter();
    const stop = shutdown(source);
    const state = () => [stop.drain.aborted, stop.abort.aborted, stop.exitCode];
    expect(state()).toEqual([false, false, undefined]);
    source.emit('SIGINT');
    expect(state()).toEqual([true, false, 130]);
    source.emit('SIGTERM');
    expect(state()).toEqual([true, true, 130]);
    expect(stop.abort.reason).toEqual(new Error('stopped by a second SIGTERM'));
  });

  it('leaves with 143 after SIGTERM', () => {
    const source = new EventEmitter();
    const stop = shutdown(source);
    source.emit('SIGTERM');
    expect(stop.exitCode).toBe(143);
  });

  it('listens no more after it was disposed of', () => {
    const source = new EventEmitter();
    const stop = shutdown(source);
    expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(2);
    stop.dispose();
    expect(source.eventNames()).toEqual([]);
    source.emit('SIGINT');
    expect(stop.drain.aborted).toBe(false);
  });

  it('listens to the process by default', () => {
    const before = process.listenerCount('SIGTERM');
    const stop = shutdown();
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    stop.dispose();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
