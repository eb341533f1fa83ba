import { defineConfig } from 'gridrun';

// Captured pages refer to other hosts, which must not get any requests. These rules make such requests fail at once.
const resolverRules = 'MAP * ~NOTFOUND , EXCLUDE *.localhost , EXCLUDE localhost , EXCLUDE 127.0.0.1';

export default defineConfig({
  checks: 'examples/corpus/fields.check.ts',
  capabilities: { 'goog:chromeOptions': { args: [`--host-resolver-rules=${resolverRules}`] } },
});
