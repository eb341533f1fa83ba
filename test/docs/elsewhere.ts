/** A command that test/docs does not run: the reason, and a test that runs the same or a similar one. */
export interface Elsewhere {
  readonly why: string;
  readonly test: string;
}

const REPLAYED: Elsewhere = { why: 'needs a recording', test: 'test/replay/replay-run.test.ts' };
const BISECTED: Elsewhere = { why: 'needs a repository and a recording', test: 'test/replay/bisect.test.ts' };

/** Every command of the docs that test/docs does not run. A test fails if no page has one of them any more. */
export const ELSEWHERE: Readonly<Record<string, Elsewhere>> = {
  'gridrun replay gridrun-results': REPLAYED,
  'gridrun replay gridrun-results --site shop --extension ./dist': REPLAYED,
  'gridrun replay gridrun-results --extension ./dist --control ./last-release': REPLAYED,
  'gridrun replay shop.har.zip --hold --extension ./dist': REPLAYED,
  'gridrun replay monday.har.zip tuesday.har.zip --extension ./dist --control ./last-release': REPLAYED,
  'gridrun --sites top1000.json --extension ./dist --control ./last-release --record failures': BISECTED,
  'git bisect start HEAD v1.4.0': BISECTED,
  'git bisect run sh -c "npm run build || exit 125; gridrun replay ~/shop.har.zip --extension ./dist --bisect"':
    BISECTED,
  'git bisect reset': BISECTED,
  'cp gridrun-results/evidence/shop/recording-1.har.zip ~/shop.har.zip': REPLAYED,
  'npm ci && npm start': { why: 'downloads packages and runs the whole demo', test: 'test/real/demo.test.ts' },
  'npm ci && npm test': {
    why: 'downloads packages and runs all tests, including this one',
    test: 'test/house/ci.test.ts',
  },
  'npm ci && npm pack': {
    why: 'builds dist/, which other tests use at the same time',
    test: 'test/house/package.test.ts',
  },
  'npm install --save-dev ../gridrun/gridrun-0.1.0.tgz': {
    why: 'downloads packages',
    test: 'test/house/package.test.ts',
  },
  'gridrun --sites sites.json --extension ./dist --record failures': {
    why: 'needs a site that fails',
    test: 'test/recording/record-run.test.ts',
  },
  'export GRIDRUN_IMAGE=$(gridrun grid image)': {
    why: 'builds an image with a Docker engine',
    test: 'test/house/package.test.ts',
  },
  'export SE_ROUTER_PASSWORD=$(openssl rand -hex 24) SE_REGISTRATION_SECRET=$(openssl rand -hex 24)': {
    why: 'for docker-compose',
    test: 'test/grid/docker/compose.test.ts',
  },
  'docker-compose -f node_modules/gridrun/docker-compose.grid.yml up -d --scale chrome=3': {
    why: 'needs a Docker engine',
    test: 'test/grid/docker/compose.test.ts',
  },
  'docker-compose -f node_modules/gridrun/docker-compose.grid.yml down': {
    why: 'needs a Docker engine',
    test: 'test/grid/docker/compose.test.ts',
  },
};

/**
 * Commands that need a Docker engine. test/docs runs them without one, which still checks their flags, because gridrun
 * reports wrong flags before it contacts the engine. test/grid/docker/lifecycle.test.ts, scale-in-run.test.ts and
 * join.test.ts run such commands with an engine.
 */
export const NEEDS_ENGINE = /^gridrun (grid (up|down|status|scale|logs|join|image)\b|.*--grid docker\b)/;
