import { join, parse } from 'node:path';
import { draftOf } from '../os/write-whole.ts';

/** The name of each file and folder of a results folder. The only place that knows them: every room may import it. */

/** The journal: the truth from which everything else can be made again. */
export const JOURNAL = 'events.ndjson';
/** One folder for each site, with what its checks kept. */
export const EVIDENCE = 'evidence';
export const RESULTS_JSON = 'results.json';
export const JUNIT_XML = 'junit.xml';
export const REPORT_HTML = 'report.html';
export const CTRF_JSON = 'ctrf.json';
/** What `gridrun calibrate` found. */
export const CALIBRATION_JSON = 'calibration.json';
/** What all runs of this folder did. It outlives a run. */
export const HISTORY = 'history.sqlite';
/** Holds a folder for each run that can be resumed. */
export const UNFINISHED = 'unfinished';
/** Names the process that writes into the folder now. */
export const LOCK = '.gridrun.lock';

/** The recordings of earlier runs, a folder for each run. */
export const RECORDINGS = 'recordings';

/** The run that tries recorded failures again. It is there only while the run replays. */
export const REPLAYED = 'replayed';

/** The name of the recording of an attempt, in the evidence folder of its site. No folder of a check has a dot. */
export function recordingName(attempt: number): string {
  return `recording-${attempt}.har.zip`;
}

/** Whether a file is a recording, by its name. */
export function isRecording(name: string): boolean {
  return /^recording-\d+\.har\.zip$/.test(name);
}

/** What belongs to one run: moved or replaced by the next one. Anything else in the folder is left alone. */
export const RUN_FILES = [
  JOURNAL,
  EVIDENCE,
  REPLAYED,
  JUNIT_XML,
  RESULTS_JSON,
  REPORT_HTML,
  CTRF_JSON,
  CALIBRATION_JSON,
] as const;

/** What a run that was cut off while it wrote its reports leaves behind. */
export const DRAFTS: readonly string[] = [JUNIT_XML, RESULTS_JSON, REPORT_HTML, CTRF_JSON, CALIBRATION_JSON].map(
  draftOf,
);

/** The path of one file of a JUnit report that is too large for one: `junit.xml`, `junit-2.xml`, … */
export function junitPath(path: string, part: number): string {
  if (part === 1) return path;
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${part}${ext}`);
}

/** Whether a file is the second or a later one of a JUnit report, or its draft. */
export function isMoreJUnit(name: string): boolean {
  return /^junit-\d+\.xml(?:\.part)?$/.test(name);
}
