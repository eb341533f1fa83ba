/** What the browser shows in place of a site's page, and how it came there. */
export interface PageFacts {
  /** The URL of the site in the list. */
  readonly siteUrl: string;
  /** The address of the page. For an error page of the browser, the address that did not load. */
  readonly url: string;
  /** The page is an error page of the browser. */
  readonly isErrorPage: boolean;
  /** The page was loaded by a command, and no click or key came after it. */
  readonly isAsLoaded: boolean;
  /** The page is on another domain than the site, or for an address without a domain, on another host or port. */
  readonly isElsewhere: boolean;
  /** `ERR_…`: the browser's reason why the page, or the rest of it, did not come. */
  readonly netError: string | undefined;
  /** The HTTP status of the page; 0 if it is not known. */
  readonly status: number;
  /** The media type of the page, such as `text/html`; empty if it is not known. */
  readonly mediaType: string;
  /** The load is over, but the page's own end never came. */
  readonly isCut: boolean;
  readonly title: string;
  /** The beginning of its visible text. */
  readonly text: string;
  /** The length of its visible text. */
  readonly textLength: number;
  /** No text, picture or field can be seen. */
  readonly isBlank: boolean;
  /** The answer had no body at all. An extension cannot have emptied it. */
  readonly isEmpty: boolean;
  /** Visible fields to fill in, without those of a captcha. */
  readonly fieldCount: number;
  /** The name of the bot wall whose traces the page has; empty if it has none. */
  readonly wall: string;
  /** The page has a visible captcha. */
  readonly hasCaptcha: boolean;
  /** What came in place of a page, if the load left the tab empty. */
  readonly instead: 'download' | 'nothing' | undefined;
  /** The page opened dialogs by itself, again and again or while it loaded. */
  readonly hasDialogs: boolean;
  /** The page did not answer, while its browser did. */
  readonly isHeld: boolean;
  /** The page has changed what the driver's commands need, or has texts that the driver cannot pass on. */
  readonly isUnreadable: boolean;
  /** The page closed the window that it was in. */
  readonly isClosed: boolean;
  /** The session has an extension, which may change what the page shows. */
  readonly hasExtension: boolean;
}

/** The facts of a page of which nothing is known yet. */
export function noFacts(siteUrl: string): PageFacts {
  return {
    siteUrl,
    url: siteUrl,
    isErrorPage: false,
    isAsLoaded: true,
    isElsewhere: false,
    netError: undefined,
    status: 0,
    mediaType: '',
    isCut: false,
    title: '',
    text: '',
    textLength: 0,
    isBlank: false,
    isEmpty: false,
    fieldCount: 0,
    wall: '',
    hasCaptcha: false,
    instead: undefined,
    hasDialogs: false,
    isHeld: false,
    isUnreadable: false,
    isClosed: false,
    hasExtension: false,
  };
}
