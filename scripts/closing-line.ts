// Vitest reporter that ends a run with a line for each failure and a last one: `N passed, N failed, N skipped`.
import { writeSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

type Modules = Parameters<NonNullable<Reporter['onTestRunEnd']>>[0];
type Errors = Parameters<NonNullable<Reporter['onTestRunEnd']>>[1];

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: Modules, unhandled: Errors): void {
    const lines = [...failures(modules), closingLine(modules, unhandled)];
    // At exit, so that nothing of vitest's own comes after them.
    process.once('exit', () => {
      writeSync(1, `${lines.join('\n')}\n`);
    });
  }
}

/**
 * A file that cannot be loaded, a hook that throws and an error outside every test count as one failure each:
 * their tests never ran, and a line without failures must mean that all is well.
 */
function closingLine(modules: Modules, unhandled: Errors): string {
  const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
  for (const module of modules) {
    for (const group of [module, ...module.children.allSuites()])
      counts.failed += hookErrors(group);
    for (const test of module.children.allTests()) counts[outcome(test)] += 1;
  }
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

/** One line each: what is left to read where a log is cut to its end. */
function failures(modules: Modules): string[] {
  return modules.flatMap((module) =>
    [...module.children.allTests()]
      .filter((test) => outcome(test) === 'failed')
      .map((test) => {
        const [message = 'cut off'] = (test.result().errors ?? []).map((error) =>
          error.message.replace(/\s+/g, ' '),
        );
        return `failed: ${module.relativeModuleId} > ${test.fullName}: ${message}`;
      }),
  );
}

function hookErrors(group: TestModule | TestSuite): number {
  return group.errors().length > 0 ? 1 : 0;
}

/** A test without an outcome was cut off, which is no pass. */
function outcome(test: TestCase): 'passed' | 'failed' | 'skipped' {
  const { state } = test.result();
  return state === 'pending' ? 'failed' : state;
}
