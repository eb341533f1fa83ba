import { defineConfig } from 'gridrun';

// The sweep of the demo extension over the demo sites. `extension` is a flag: the sweep is run with several builds.
export default defineConfig({
  sites: 'sites.json',
  checks: 'examples/sweep/*.check.ts',
  webServer: {
    command: 'node examples/demo-sites/server.ts',
    url: 'http://127.0.0.1:8471/healthz',
    reuseExistingServer: false,
  },
});
