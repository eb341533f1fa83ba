import { noFacts, type PageFacts } from '../../../core/page-facts.ts';
import type { LoadedDocument } from '../evidence/document-log.ts';
import { leftSite } from '../page/left-site.ts';
import type { ShownPage } from '../page/page-script.ts';
import type { PageMoves } from './page-moves.ts';

/** The browser's reasons that say nothing about the page: it left for another, or showed one for the status. */
export const NO_REASONS = /^ERR_(ABORTED|HTTP_RESPONSE_CODE_FAILURE|INVALID_AUTH_CREDENTIALS)$/;
/** The answer began, and its end never came. */
export const CUT_REASONS =
  /^ERR_(CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_(RESET|CLOSED|ABORTED))$/;
const BROKEN_REASONS = /^ERR_(CONTENT_DECODING\w*|INVALID_CHUNKED_ENCODING)$/;

/** Where the commands of the checks have led. */
export type Moves = Pick<PageMoves, 'window' | 'hasClosed' | 'isAsLoaded' | 'isLoaded' | 'target'>;

/** What is known of a page, from each side. */
export interface PageSources {
  readonly siteUrl: string;
  readonly moves: Moves;
  /** What the page itself shows. */
  readonly shown: ShownPage | undefined;
  /** What the lane has logged of its load. */
  readonly load: LoadedDocument | undefined;
  /** The error of the command that loaded it. */
  readonly navigation: Error | undefined;
  readonly hasExtension: boolean;
}

/** Puts together what is known of a page. */
export function factsOf({ siteUrl, moves, shown, load, navigation, hasExtension }: PageSources): PageFacts {
  const reason = reasonIn({ navigation, shown, load });
  const url = shown === undefined || /^(about:blank|data:|chrome-error:)/.test(shown.url) ? siteUrl : shown.url;
  const status = shown !== undefined && shown.status > 0 ? shown.status : finalStatus(load);
  return {
    ...noFacts(siteUrl),
    ...(shown === undefined ? {} : picked(shown)),
    url,
    isErrorPage: shown?.isErrorPage === true || navigation !== undefined,
    isAsLoaded: moves.isAsLoaded,
    isElsewhere: leftSite(siteUrl, url),
    netError: reason,
    status,
    isCut: shown?.isErrorPage === false && reason !== undefined && CUT_REASONS.test(reason),
    wall: shown?.wall || load?.wall || '',
    instead: insteadIn(load, moves),
    hasExtension,
  };
}

/** The browser's reason. The error page of the headless shell does not show it, but the log of the load has it. */
function reasonIn({ navigation, shown, load }: Pick<PageSources, 'navigation' | 'shown' | 'load'>): string | undefined {
  const reason = netErrorIn(navigation) ?? netErrorOfPage(shown) ?? reasonOf(load);
  const logged = load?.netError;
  const isKnown = reason !== undefined && reason !== 'ERR_FAILED';
  if (isKnown || logged === undefined || NO_REASONS.test(logged)) return reason;
  return shown?.isErrorPage === true || navigation !== undefined ? logged : reason;
}

/** The same address, but for its fragment. */
export function isSamePage(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return one === other;
  return new URL(one).href.split('#', 1)[0] === new URL(other).href.split('#', 1)[0];
}

function picked(shown: ShownPage): Partial<PageFacts> {
  const { mediaType, title, text, textLength, isBlank, isEmpty, fieldCount, hasCaptcha, isErrorPage } = shown;
  return { mediaType, title, text, textLength, isBlank: isBlank && !isErrorPage, isEmpty, fieldCount, hasCaptcha };
}

/** A load that ended without a page leaves the tab as it was. */
function insteadIn(load: LoadedDocument | undefined, moves: Moves): PageFacts['instead'] {
  if (load === undefined || !moves.isLoaded || !moves.isAsLoaded) return undefined;
  if (load.isDownload) return 'download';
  return load.status === 204 || load.status === 205 ? 'nothing' : undefined;
}

/** A redirect is not the page's own answer. */
function finalStatus(load: LoadedDocument | undefined): number {
  const status = load?.status ?? 0;
  return status >= 300 && status < 400 && status !== 304 ? 0 : status;
}

function reasonOf(load: LoadedDocument | undefined): string | undefined {
  const reason = load?.netError;
  return reason !== undefined && (CUT_REASONS.test(reason) || BROKEN_REASONS.test(reason)) ? reason : undefined;
}

/** The browser's reason in the error of a command that loads a page. */
function netErrorIn(navigation: Error | undefined): string | undefined {
  if (navigation === undefined) return undefined;
  const named = /\bnet::(ERR_[A-Z0-9_]+)/.exec(navigation.message)?.[1];
  if (named !== undefined) return named;
  if (navigation.name === 'InsecureCertificateError') return 'ERR_CERT_INVALID';
  return navigation.name === 'TimeoutError' ? 'ERR_TIMED_OUT' : 'ERR_FAILED';
}

function netErrorOfPage(shown: ShownPage | undefined): string | undefined {
  if (shown?.isErrorPage !== true) return undefined;
  return /\bERR_[A-Z0-9_]+/.exec(shown.errorText)?.[0];
}
