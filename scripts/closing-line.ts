// Vitest reporter that ends a run with a line for each failure and a last one: `N passed, N failed, N skipped`.
import { writeSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

type Modules = Parameters<NonNullable<Reporter['onTestRunEnd']>>[0];
type Errors = Parameters<NonNullable<Reporter['onTestRunEnd']>>[1];

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: Modules, unhandled: Errors): void {
    const failed = failures(modules, unhandled);
    const lines = [...failed, closingLine(modules, failed.length)];
    // At exit, so that nothing of vitest's own comes after them.
    process.once('exit', () => {
      writeSync(1, `${lines.join('\n')}\n`);
    });
  }
}

function closingLine(modules: Modules, failed: number): string {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const count = (state: string) => tests.filter((test) => outcome(test) === state).length;
  return `${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`;
}

/**
 * One line each: what is left to read where a log is cut to its end. A file that cannot be loaded, a hook that throws and
 * an error outside every test count as one failure each: their tests never ran, and a closing line without failures must
 * mean that all is well.
 */
function failures(modules: Modules, unhandled: Errors): string[] {
  const inModules = modules.flatMap((module) => {
    const groups = [module, ...module.children.allSuites()].filter(
      (group) => group.errors().length > 0,
    );
    const tests = [...module.children.allTests()].filter((test) => outcome(test) === 'failed');
    return [
      ...groups.map((group) => told(placeOf(module, group), group.errors())),
      ...tests.map((test) => told(placeOf(module, test), test.result().errors)),
    ];
  });
  return [...inModules, ...unhandled.map((error) => told('outside every test', [error]))];
}

const placeOf = (module: TestModule, part: TestModule | TestSuite | TestCase): string =>
  part.type === 'module'
    ? module.relativeModuleId
    : `${module.relativeModuleId} > ${part.fullName}`;

const told = (where: string, errors: Errors = []): string =>
  `failed: ${where}: ${errors[0]?.message.replace(/\s+/g, ' ') ?? 'cut off'}`;

/** A test without an outcome was cut off, which is no pass. */
function outcome(test: TestCase): 'passed' | 'failed' | 'skipped' {
  const { state } = test.result();
  return state === 'pending' ? 'failed' : state;
}
