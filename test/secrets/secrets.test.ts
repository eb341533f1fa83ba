import { testEndings } from './endings.ts';
import { testRecordings } from './recordings.ts';

// The short form. All endings: npm run test:secrets.
testEndings(['kill -9 and resume', 'crash of a check']);
testRecordings(['all']);
