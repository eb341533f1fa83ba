import { error, Key } from 'selenium-webdriver';
import type { WebDriver, WebElement } from 'selenium-webdriver';
import { LOGIN_WORDS } from './login-words.ts';
import { surveyLogin } from './login-survey.ts';
import type { Sighting, Survey } from './login-survey.ts';

/** A login form. In a form with two steps, `password` is null until the username has been sent. */
export interface LoginForm {
  readonly username: Sighting<WebElement> | null;
  readonly password: Sighting<WebElement> | null;
  readonly submit: Sighting<WebElement> | null;
}

export interface FindLoginOptions {
  /**
   * How long the form may take to appear, in ms.
   * @default 10_000
   */
  readonly timeoutMs?: number;
}

const POLL_MS = 50;

/** Looks at the page once, with one WebDriver command. Returns undefined if the page changes at that moment. */
export async function lookForLogin(driver: WebDriver): Promise<Survey<WebElement> | undefined> {
  try {
    return await driver.executeScript<Survey<WebElement>>(surveyLogin, LOGIN_WORDS);
  } catch (failure) {
    if (failure instanceof error.JavascriptError || failure instanceof error.StaleElementReferenceError)
      return undefined;
    throw failure;
  }
}

/**
 * Waits for the login form of the current page and returns it. To get there, it rejects a cookie banner that covers the
 * form, enters the frame that holds the form, and clicks the button that opens it. Afterwards the driver is in the frame of
 * the form. Throws selenium's TimeoutError if no form appears.
 */
export async function findLogin(driver: WebDriver, options: FindLoginOptions = {}): Promise<LoginForm> {
  let opener = '';
  const step = async (): Promise<LoginForm | undefined> => {
    const survey = await lookForLogin(driver);
    if (survey === undefined) return undefined;
    if (survey.kind === 'form') return survey;
    if (survey.kind === 'username') return { ...survey, password: null };
    if (survey.target === null) return undefined;
    if (survey.kind === 'frame') await driver.switchTo().frame(survey.target);
    if (survey.kind === 'cover') await press(survey.target);
    if (survey.kind === 'opener') {
      // Click only after two looks in a row: a page that is still loading often shows its menu before its form.
      if (opener === survey.targetText) await press(survey.target);
      opener = opener === survey.targetText ? '' : survey.targetText;
    }
    return undefined;
  };
  const found = await driver.wait(step, options.timeoutMs ?? 10_000, 'no login form on the page', POLL_MS);
  if (found === undefined) throw new error.TimeoutError('no login form on the page');
  return found;
}

/** Clicks a button. Ignores a button that was replaced or covered since the look, because the next look will see that. */
async function press(button: WebElement): Promise<void> {
  try {
    await button.click();
  } catch (failure) {
    const gone =
      failure instanceof error.StaleElementReferenceError || failure instanceof error.ElementClickInterceptedError;
    if (!gone && !(failure instanceof error.ElementNotInteractableError)) throw failure;
  }
}

/**
 * Signs in with real key presses and a real click. In a form with two steps, it sends the username first and waits for the
 * password field. The caller checks the site's response. Afterwards the driver is back in the page's top frame.
 */
export async function signIn(
  driver: WebDriver,
  form: LoginForm,
  username: string,
  password: string,
  options: FindLoginOptions = {},
): Promise<void> {
  await form.username?.element.sendKeys(username);
  let second = form;
  if (form.password === null) {
    await send(form);
    second = await waitForPassword(driver, options.timeoutMs ?? 10_000);
  }
  await second.password?.element.sendKeys(password);
  await send(second);
  await driver.switchTo().defaultContent();
}

async function waitForPassword(driver: WebDriver, timeoutMs: number): Promise<LoginForm> {
  const seen = async (): Promise<LoginForm | undefined> => {
    const survey = await lookForLogin(driver);
    return survey?.password?.visible ? survey : undefined;
  };
  const found = await driver.wait(seen, timeoutMs, 'no password field after the username was sent', POLL_MS);
  if (found === undefined) throw new error.TimeoutError('no password field after the username was sent');
  return found;
}

/** Sends the form with its button, or with Enter if it has no visible button. */
async function send(form: LoginForm): Promise<void> {
  if (form.submit?.visible) await form.submit.element.click();
  else await (form.password ?? form.username)?.element.sendKeys(Key.ENTER);
}
