import { startZoo } from '../../zoo/zoo-server.ts';
import type { Scene } from '../scene.ts';
import { BROWSERS } from './browsers.ts';
import { CHECKS } from './checks.ts';
import { COMMANDS } from './commands.ts';
import { GRIDS } from './grids.ts';
import { MACHINES } from './machine.ts';
import { OUTAGES } from './outages.ts';
import { pages } from './pages.ts';
import { ENDS, POSTS } from './posts.ts';

/** All scenes. Take one only when the one before is over: the servers of its sites live until then. */
export async function* allScenes(): AsyncGenerator<Scene> {
  yield* [...CHECKS, ...MACHINES, ...OUTAGES, ...BROWSERS];
  {
    await using zoo = await startZoo();
    yield* pages(zoo);
  }
  yield* [...POSTS, ...ENDS, ...COMMANDS, ...GRIDS];
}
