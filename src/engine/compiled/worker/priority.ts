// Lets the event loop go first where the engine's threads want every core.
import { constants, getPriority, platform, setPriority } from 'node:os';

/** Steps of niceness below the process: the event loop gets three quarters of a core that it shares with one of these threads. */
const BELOW = 5;

/**
 * Lowers the priority of the calling thread and of those that it starts from now on. The event loop needs a few milliseconds now and
 * then, and without this waits as long again. Linux has a priority a thread; elsewhere all of the process would step back.
 */
export function lowerPriority(): void {
  if (platform() !== 'linux') return;
  setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + BELOW));
}
