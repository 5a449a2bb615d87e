import { expect, it } from 'vitest';
import { boxOrigin } from '../../src/cli/box-origin.ts';

it('says where a box came from: the file, the digest of a detector or teacher, or the whole picture', () => {
  expect(boxOrigin('given', 'people\n.json')).toBe('given people\\n.json');
  expect(boxOrigin('labels', 'train.coco.json')).toBe('labels train.coco.json');
  expect(boxOrigin('detector', `detector:${'ab'.repeat(32)}`)).toBe('detector:abababababab');
  expect(boxOrigin('whole-image', '')).toBe('whole-image');
});
