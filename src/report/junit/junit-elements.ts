import junitReportBuilder from 'junit-report-builder';

/** An XML element as xmlbuilder, under junit-report-builder, has it. */
interface Element {
  ele(name: string, attributes?: Readonly<Record<string, string>>): Element;
  txt(text: string): Element;
  toString(options: { readonly pretty: boolean }): string;
}

/** What we use of the builder's classes; its package exports neither them nor types that allow a subclass. */
interface CaseBase {
  name(name: string): this;
  className(name: string): this;
  failure(): this;
  error(): this;
  skipped(): this;
  createElement(parent: Element): Element;
  buildNode(element: Element): Element;
  build(parent: Element): Element;
  _attributes: Record<string, string>;
}
interface SuiteBase {
  name(name: string): this;
  property(name: string, value: string): this;
  timestamp(timestamp: string): this;
  testCase(): unknown;
  build(): Element;
  _attributes: Record<string, string>;
}
interface Factory {
  newTestCase(): { readonly constructor: unknown };
  newTestSuite(): { readonly constructor: unknown };
}

// It is CommonJS: what its types call the module's `default` is the module.
const { _factory: factory } = junitReportBuilder as unknown as { readonly _factory: Factory };
const BaseCase = factory.newTestCase().constructor as new () => CaseBase;
const BaseSuite = factory.newTestSuite().constructor as new (factory: object) => SuiteBase;

/** What is said about a test case in elements of its own. */
export interface Remark {
  readonly element: 'failure' | 'error' | 'skipped' | 'flakyFailure' | 'rerunFailure' | 'rerunError';
  readonly message: string;
  readonly type?: string;
  readonly stack?: string;
}

/** Surefire's elements hold their stack in a child. */
const SUREFIRE: ReadonlySet<Remark['element']> = new Set(['flakyFailure', 'rerunFailure', 'rerunError']);

/**
 * A test case with messages on skips, with Surefire's elements, and with its text as text: the builder's own CDATA
 * lets a second `]]>` through.
 */
export class JUnitCase extends BaseCase {
  readonly #remarks: Remark[] = [];
  #output = '';

  remark(remark: Remark): void {
    this.#remarks.push(remark);
    // For the builder's counts.
    if (remark.element === 'failure') this.failure();
    if (remark.element === 'error') this.error();
    if (remark.element === 'skipped') this.skipped();
  }

  /** In seconds, as text: a number may come out in a form that readers do not take. */
  seconds(seconds: string): void {
    this._attributes['time'] = seconds;
  }

  output(text: string): void {
    this.#output = text;
  }

  override build(parent: Element): Element {
    const element = this.buildNode(this.createElement(parent));
    for (const { element: name, message, type, stack } of this.#remarks) {
      const child = element.ele(name, { ...(type === undefined ? {} : { type }), message });
      if (stack === undefined || stack === '') continue;
      if (SUREFIRE.has(name)) child.ele('stackTrace').txt(stack);
      else child.txt(stack);
    }
    if (this.#output !== '') element.ele('system-out').txt(this.#output);
    return element;
  }
}

/** One test suite, built and turned into text by itself, so that a report is never one tree. */
export class JUnitSuite extends BaseSuite {
  constructor(name: string) {
    super({ newTestCase: () => new JUnitCase() });
    this.name(name);
  }

  hostname(hostname: string): void {
    this._attributes['hostname'] = hostname;
  }

  /** In seconds, as text: the schema's form is stricter than a number's. */
  seconds(seconds: string): void {
    this._attributes['time'] = seconds;
  }

  override testCase(): JUnitCase {
    return super.testCase() as JUnitCase;
  }

  text(): string {
    return this.build().toString({ pretty: true });
  }
}
