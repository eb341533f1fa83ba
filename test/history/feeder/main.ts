import { History } from '../../../src/history/history.ts';
import { foldJournal } from '../../../src/results/fold.ts';

// Feeds journals to a history: `main.ts <history> <journal..>`. Several of these at once share one file.
const [path = '', ...journals] = process.argv.slice(2);
for (const journal of journals) {
  using history = History.open(path);
  history.feed(await foldJournal(journal));
}
