import { defineConfig } from 'gridrun';

// The demo: gridrun starts the demo sites, signs in on each of them, and stops them.
export default defineConfig({
  sites: 'sites.json',
  webServer: {
    command: 'node examples/demo-sites/server.ts',
    url: 'http://127.0.0.1:8471/healthz',
    reuseExistingServer: false,
  },
});
