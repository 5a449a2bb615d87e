// Every fault, in the order of the table in docs/faults.md.
import { flippedPage, truncatedFile } from './damage.ts';
import { corruptFiles, folderDeleted, fullDisk, readOnlyDatabase, unreadableFile } from './disk.ts';
import type { Fault } from './fault.ts';
import { killIngest, killLabel, killTrain } from './kill.ts';
import { clockBackwards, crowd, deadLabeller, heldLock } from './lock.ts';

export const FAULTS: readonly Fault[] = [
  ...[killIngest, killLabel, killTrain],
  ...[deadLabeller, crowd, heldLock, clockBackwards],
  ...[fullDisk, readOnlyDatabase, unreadableFile, folderDeleted, corruptFiles],
  ...[flippedPage, truncatedFile],
];
