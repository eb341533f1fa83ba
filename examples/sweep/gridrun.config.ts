import { defineConfig } from 'gridrun';

// Tests the demo extension on the demo sites. Pass the build to test with --extension.
export default defineConfig({
  sites: 'sites.json',
  checks: 'examples/sweep/*.check.ts',
  webServer: {
    command: 'node examples/demo-sites/server.ts',
    url: 'http://127.0.0.1:8471/healthz',
    reuseExistingServer: false,
  },
});
