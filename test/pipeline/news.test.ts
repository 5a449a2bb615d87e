import { expect, it } from 'vitest';
import { createNews } from '../../src/pipeline/news.ts';

it('tells what changed of a path since it was told, and remembers no more than it may', () => {
  const isNews = createNews(2);
  expect([isNews('a', 1), isNews('a', 1), isNews('a', 2), isNews('b', 1)]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(isNews('c', 1)).toBe(true);
  expect([isNews('b', 1), isNews('a', 2)]).toEqual([false, true]);
});
