import { describe, expect, it } from 'vitest';
import { RESULT_COLUMNS } from '../../src/monitor/column.ts';
import { formatTable } from '../../src/monitor/table.ts';

describe('formatTable', () => {
  it('aligns text to the left, numbers to the right, and shows a dash where there is no value', () => {
    const columns = [
      { key: 'name', title: 'name' },
      { key: 'pck', title: 'PCK', digits: 1 },
    ];
    const rows = [
      { name: 'supervised', pck: 36.25 },
      { name: 'a', pck: Number.NaN },
      { name: 'b', pck: null },
      { name: 'c', pck: 100 },
    ];
    expect(formatTable(columns, rows)).toBe(
      [
        'name          PCK',
        '──────────  ─────',
        'supervised   36.3',
        'a               –',
        'b               –',
        'c           100.0',
      ].join('\n'),
    );
  });

  it('prints titles alone when there is no row', () => {
    expect(formatTable(RESULT_COLUMNS, []).split('\n')).toHaveLength(2);
  });
});
