import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../support/machine.ts';
import { play, SharedGrid } from './play.ts';
import { FAMILIES } from './scene.ts';
import { allScenes } from './scenes/all.ts';

const skip = process.platform === 'linux' ? missing('chrome', 'selenium') : 'needs /proc';

// `npm run test:faults` has all faults.
test(
  'each fault ends as the table of codes says, in time, and leaves nothing and no neighbor harmed',
  { skip },
  async () => {
    await using shared = new SharedGrid();
    const families = new Set<string>();
    const wrong: string[] = [];
    for await (const scene of allScenes()) {
      if (scene.isShort !== true) continue;
      families.add(scene.family);
      for (const row of await play(scene, shared))
        wrong.push(...row.wrong.map((text) => `${scene.family}: ${row.fault}: ${text}`));
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual([...families].toSorted(), [...FAMILIES].toSorted());
  },
);
