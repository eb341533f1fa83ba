import { parseArgs } from 'node:util';
import { RESOLVER_RULES, serveCorpus } from './corpus-server.ts';

// Serves the captured login pages until SIGTERM or SIGINT, and writes their list:
//   node test/corpus/serve-corpus.ts --list corpus.ndjson [--port 8480]
const { values } = parseArgs({ options: { list: { type: 'string', default: 'corpus.ndjson' }, port: { type: 'string', default: '0' } } });
const corpus = await serveCorpus(Number(values.port));
await corpus.writeList(values.list);
const capabilities = JSON.stringify({ 'goog:chromeOptions': { args: [RESOLVER_RULES] } });
process.stdout.write(`${corpus.pages.length} login pages on port ${corpus.port}, listed in ${values.list}\n`);
process.stdout.write(`gridrun examples/corpus/fields.check.ts --sites ${values.list} --capabilities '${capabilities}'\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void corpus[Symbol.asyncDispose]());
