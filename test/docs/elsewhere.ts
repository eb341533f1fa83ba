/** A command of the docs that the tests of the docs do not run: why, and the test that does the like. */
export interface Elsewhere {
  readonly why: string;
  readonly test: string;
}

/** Every command of the docs that is not run by test/docs. One that no page has any more is a fault. */
export const ELSEWHERE: Readonly<Record<string, Elsewhere>> = {
  'npm ci && npm start': { why: 'fetches packages, then the whole demo', test: 'test/real/demo.test.ts' },
  'npm ci && npm test': { why: 'fetches packages, then all tests, this one too', test: 'test/house/ci.test.ts' },
  'npm pack': { why: 'builds dist/, which other tests use meanwhile', test: 'test/house/package.test.ts' },
  'npm install --save-dev ./gridrun-0.1.0.tgz': { why: 'fetches packages', test: 'test/house/package.test.ts' },
  'export SE_ROUTER_PASSWORD=$(openssl rand -hex 24) SE_REGISTRATION_SECRET=$(openssl rand -hex 24)': {
    why: 'for docker-compose',
    test: 'test/grid/docker/compose.test.ts',
  },
  'docker-compose -f docker-compose.grid.yml up -d --scale chrome=3': {
    why: 'needs a Docker engine',
    test: 'test/grid/docker/compose.test.ts',
  },
  'docker-compose -f docker-compose.grid.yml down': {
    why: 'needs a Docker engine',
    test: 'test/grid/docker/compose.test.ts',
  },
};

/**
 * Commands that need a Docker engine. Here they are run with none: everything that is wrong with a flag is told before it is
 * asked for. With an engine they are run by test/grid/docker/lifecycle.test.ts, scale-in-run.test.ts and join.test.ts.
 */
export const NEEDS_ENGINE = /^gridrun (grid (up|down|status|scale|logs|join)\b|.*--grid docker\b)/;
