import type { Reporter } from 'knip';

/** A knip reporter that prints how many files knip read. Its own reporters do not. */
const fileCount: Reporter = ({ counters }) => {
  console.log(`knip read ${counters.processed} files`);
};

export default fileCount;
