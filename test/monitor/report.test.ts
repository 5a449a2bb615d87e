import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineChart } from '../../src/monitor/line-chart.ts';
import { writeReport } from '../../src/monitor/report.ts';

let folder: string;
let html: string;
let jpeg: Buffer;
let png: Buffer;
const evil = '<script>alert("x")</script> & co';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heatstream-report-'));
  const picture = sharp({ create: { width: 6, height: 4, channels: 3, background: '#a04020' } });
  jpeg = await picture.clone().jpeg().toBuffer();
  png = await picture.clone().png().toBuffer();
  await writeReport(join(folder, 'out', 'report.html'), {
    title: evil,
    summary: 'Single gains.',
    rows: [
      { method: 'supervised', pck: 36.24, peak: 0.66, cacheHits: null },
      { method: 'single', pck: 52.9, peak: 0.678, cacheHits: 43200 },
    ],
    curves: [
      {
        title: 'Loss',
        curves: [
          {
            name: evil,
            points: [
              { step: 1, value: 2 },
              { step: 2, value: 1 },
            ],
          },
        ],
      },
    ],
    figures: [
      {
        caption: 'first',
        pictures: [
          { caption: 'JPEG', image: jpeg },
          { caption: 'hard', image: png },
        ],
      },
    ],
    notes: ['a note'],
    protocol: ['seed 0'],
  });
  html = await readFile(join(folder, 'out', 'report.html'), 'utf8');
});
afterAll(() => rm(folder, { recursive: true }));

describe('writeReport', () => {
  it('leaves one file behind that carries its pictures', async () => {
    expect(await readdir(join(folder, 'out'))).toEqual(['report.html']);
    expect(html).toContain(`src="data:image/jpeg;base64,${jpeg.toString('base64')}"`);
    expect(html).toContain(`src="data:image/png;base64,${png.toString('base64')}"`);
  });

  it('needs no script and nothing from outside', () => {
    expect(html).not.toMatch(/<script|<link|@import|url\(|https?:(?!\/\/www\.w3\.org)/i);
    expect(html).toContain("default-src 'none'");
  });

  it('escapes what it is given', () => {
    expect(html).toContain('<h1>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; co</h1>');
    expect(html).not.toContain('alert("x")');
  });

  it('shows numbers as their columns say, and leaves out columns that no row fills', () => {
    expect(html).toContain('>36.2</td>');
    expect(html).toContain('>0.678</td>');
    expect(html).toContain('>43200</td>');
    expect(html).toMatch(/<th scope="row">supervised<\/th>/);
    expect(html).not.toContain('OKS-AP');
  });

  it('gives every picture and every chart words for those who cannot see it', () => {
    const pictures = html.match(/<img [^>]*>/g) ?? [];
    expect(pictures).toHaveLength(2);
    for (const tag of pictures) expect(tag).toMatch(/alt="[^"]+"/);
    expect(html).toMatch(/<svg class="chart"[^>]* role="img" aria-label="Loss:/);
    expect(html).toContain('<html lang="en">');
  });

  it('opens and closes every element it uses', () => {
    const open: string[] = [];
    const body = html.slice(html.indexOf('<html'));
    for (const [, slash, name, , selfClosing] of body.matchAll(
      /<(\/?)([a-z0-9]+)([^>]*?)(\/?)>/g,
    )) {
      if (['meta', 'img'].includes(name!) || selfClosing === '/') continue;
      if (slash === '') open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it('leaves out sections that have no content', async () => {
    await writeReport(join(folder, 'bare.html'), { title: 'bare', rows: [] });
    expect(await readFile(join(folder, 'bare.html'), 'utf8')).not.toContain('<section');
  });
});

describe('lineChart', () => {
  const points = (values: readonly number[]) => values.map((value, i) => ({ step: 10 * i, value }));

  it('breaks a line where a value is not a number', () => {
    const svg = lineChart({
      title: 't',
      curves: [{ name: 'a', points: points([1, 2, NaN, 3, 4]) }],
    });
    const path = /class="line line-0" d="([^"]+)"><title>/.exec(svg)![1]!;
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path).not.toContain('NaN');
  });

  it('draws growing values upwards and later steps to the right, inside the frame', () => {
    const svg = lineChart({ title: 't', curves: [{ name: 'a', points: points([0, 5, 10]) }] });
    const path = /class="line line-0" d="([^"]+)"><title>/.exec(svg)![1]!;
    const [first, , last] = path
      .split(/[ML]/)
      .slice(1)
      .map((pair) => pair.split(' ').map(Number));
    expect(last![0]!).toBeGreaterThan(first![0]!);
    expect(last![1]!).toBeLessThan(first![1]!);
    expect(last![1]!).toBeGreaterThanOrEqual(0);
  });

  it('leaves out what a logarithmic axis cannot show', () => {
    const svg = lineChart({
      title: 't',
      isLogarithmic: true,
      curves: [{ name: 'a', points: points([0, 0.001, 0.1]) }],
    });
    expect(svg).toContain('>0.001<');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it('gives a name the same style in every chart', () => {
    const curve = { name: 'b', points: points([1, 2]) };
    expect(lineChart({ title: 't', curves: [curve] }, ['a', 'b'])).toContain('line-1" d="M1 4H27"');
    expect(lineChart({ title: 't', curves: [curve] })).toContain('line-0" d="M1 4H27"');
  });

  it('draws a run of half a million points', () => {
    const many = Array.from({ length: 500_000 }, (_, step) => ({ step, value: step % 7 }));
    const svg = lineChart({ title: 't', curves: [{ name: 'a', points: many }] });
    expect(svg).toContain('>400000<');
  });

  it('says so when there is nothing to draw', () => {
    expect(lineChart({ title: 't', curves: [{ name: 'a', points: [] }] })).toContain('No values');
  });
});
