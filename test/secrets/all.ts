import { ENDINGS, testEndings } from './endings.ts';
import { testRecordings } from './recordings.ts';

// Every way in which a run can end, and its recordings: npm run test:secrets.
testEndings(Object.keys(ENDINGS));
testRecordings(['all', 'failures']);
