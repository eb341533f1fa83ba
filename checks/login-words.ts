/**
 * What sites call things, in the languages of the demo and many more. Regular expressions as text, because they are
 * sent to the page; matched without case. Names and ids of fields are English nearly everywhere.
 */
export interface LoginWords {
  readonly username: string;
  readonly password: string;
  readonly signIn: string;
  readonly next: string;
  readonly signUp: string;
  readonly recover: string;
  readonly elsewhere: string;
  readonly subscribe: string;
  readonly search: string;
  readonly otherField: string;
  readonly consent: string;
  readonly settings: string;
}

const any = (...words: readonly string[]): string => words.join('|');

export const LOGIN_WORDS: LoginWords = {
  username: any(
    'user', 'login', 'log-?in.?(id|name)', 'e-?mail', 'account', 'member', 'identif', '\\bid\\b', 'nick', 'handle', 'phone', 'mobile', 'screen.?name', 'customer',
    'benutzer', 'nutzer', 'kennung', 'anmeldename', 'kunden', 'utilisateur', 'identifiant', 'courriel', 'adresse', 'usuario', 'usuário', 'correo', 'utente', 'posta',
    'utilizator', 'gebruiker', 'inlog', 'användar', 'bruger', 'bruker', 'käyttäj', 'tunnus', 'użytkownik', 'uživatel', 'používateľ', 'felhasználó', 'kullanıcı', 'tên đăng nhập',
    'pengguna', 'ηλεκτρονικ', 'χρήστη', 'логин', 'пользовател', 'почт', 'пошт', 'користувач', 'телефон', 'потребител', 'корисни', 'مستخدم', 'بريد', 'שם משתמש', 'דוא', 'ログイン', 'ユーザ', 'メール', 'アカウント', '会員',
    '账号', '帐号', '賬號', '帳號', '用户名', '用戶', '邮箱', '郵箱', '手机', '手機', '아이디', '이메일', '사용자', 'उपयोगकर्ता', 'ईमेल', 'ชื่อผู้ใช้', 'อีเมล', 'نام کاربری',
  ),
  password: any(
    'pass', 'pwd', '\\bpsw', '\\bpw\\b', 'passcode', '\\bpin\\b', 'kennwort', 'mot de passe', 'mdp', 'contrase', 'clave', 'senha', 'parol', 'wachtwoord', 'lösenord', 'adgangskode', 'kodeord',
    'salasana', 'hasło', 'haslo', 'heslo', 'jelszó', 'jelszo', 'şifre', 'sifre', 'mật khẩu', 'kata sandi', 'κωδικό', 'пароль', 'лозинка', 'парола', 'كلمة المرور', 'كلمة السر', 'סיסמ',
    'パスワード', '暗証', '密码', '密碼', '비밀번호', '암호', 'पासवर्ड', 'รหัสผ่าน', 'رمز عبور', 'geslo', 'lozinka', 'slaptažod', 'wachtw',
  ),
  signIn: any(
    'log.?in', 'log.?on', 'sign.?in', 'sign.?on', 'signin', 'enter', 'anmeld', 'einlogg', 'login', 'connexion', 'se connecter', 'connecter', 's.identifier', 'iniciar', 'inicia', 'acceder', 'acceso', 'ingres', 'entrar', 'accedi', 'entra', 'acessar',
    'inloggen', 'aanmelden', 'logga in', 'log ind', 'logg inn', 'kirjaudu', 'zaloguj', 'logowanie', 'přihlásit', 'přihlášení', 'prihlás', 'bejelentkez', 'belép', 'giriş', 'oturum aç', 'đăng nhập', 'masuk', 'autentific', 'conectare',
    'intră', 'σύνδεση', 'είσοδος', 'войти', 'вход', 'увійти', 'вхід', 'пријав', 'دخول', 'ورود', 'כניסה', 'התחבר', 'ログイン', 'サインイン', '登录', '登入', '登錄', '로그인', 'लॉग ?इन', 'เข้าสู่ระบบ', 'prijav', 'prisijung', '→',
  ),
  next: any(
    'next', 'continue', 'proceed', 'weiter', 'fortfahren', 'suivant', 'continuer', 'siguiente', 'continuar', 'seguinte', 'próximo', 'avanti', 'continua', 'volgende', 'verder', 'nästa', 'fortsätt', 'næste', 'fortsett', 'seuraava',
    'jatka', 'dalej', 'další', 'pokračovat', 'tovább', 'devam', 'ileri', 'tiếp', 'lanjut', 'berikutnya', 'următor', 'continuă', 'επόμενο', 'συνέχεια', 'далее', 'продолжить', 'далі', 'التالي', 'متابعة', 'הבא', 'המשך', '次へ', '続ける',
    '下一步', '继续', '다음', '계속', 'आगे', 'जारी', 'ถัดไป',
  ),
  signUp: any(
    'sign.?up', 'register', 'registr', 'create', 'join', 'new (user|account|customer|member)', 'open an account', 'regist', 'konto erstellen', 'neu', 'inscri', 'créer', 'crea ', 'crear', 'cadastr', 'criar', 'iscriv', 'aanmaken',
    'skapa', 'opret', 'rejestr', 'zarejestruj', 'załóż', 'vytvoř', 'regisztr', 'kayıt', 'üye ol', 'đăng ký', 'daftar', 'înregistr', 'creare', 'εγγραφή', 'регистрац', 'зарегистр', 'реєстрац', 'تسجيل جديد', 'إنشاء', 'הרשמה', 'הרשם',
    '新規', '登録', '注册', '註冊', '회원가입', '가입', 'पंजीकरण', 'खाता बनाएं', 'สมัคร', 'luo tili', 'rekisteröi',
  ),
  recover: any(
    'forgot', 'forget', 'lost', 'can.?t', 'trouble', 'не могу', 'reset', 'recover', 'remind', 'vergess', 'oublié', 'olvid', 'recuper', 'esquec', 'dimentic', 'vergeten', 'glömt', 'glemt', 'unohd', 'zapomnia', 'przypomn', 'zapomen', 'elfelejtett', 'unuttum', 'quên', 'lupa', 'uitat', 'ξεχάσ', 'забыл', 'восстанов',
    'забули', 'نسيت', 'שכחת', '忘れ', '忘记', '忘記', '找回', '찾기', 'भूल', 'ลืม',
  ),
  elsewhere: any('google', 'facebook', 'apple', 'twitter', 'microsoft', 'github', 'linkedin', 'openid', 'yahoo', 'vkontakte', 'wechat', 'kakao', 'naver', '\\bsso\\b', 'single sign', 'passkey', 'qr'),
  subscribe: any('newsletter', 'subscri', 'abonn', 'bulletin', 'mailing', 'boletín', 'zapisz się', 'рассылк', 'подпис', 'odběr', 'nieuwsbrief', 'nyhets', 'nyheds', 'メルマガ', '订阅', '구독'),
  search: any('search', 'suche', 'recherche', 'buscar', 'busca', 'cerca', 'zoek', 'sök', 'søg', 'hae', 'szukaj', 'hledat', 'keres', 'ara', 'caut', 'поиск', 'пошук', 'بحث', 'חיפוש', '検索', '搜索', '검색', 'खोज', 'query', '\\bq\\b'),
  otherField: any('captcha', 'otp', 'one.?time', 'token', 'verif', 'security.?code', 'coupon', 'zip', 'postal', 'city', 'first.?name', 'last.?name', 'full.?name', 'birth', 'company', 'subject', 'message', 'comment', 'amount', 'quantity', 'date', '验证码', 'キャプチャ', 'domain'),
  consent: any(
    'reject', 'decline', 'refuse', 'only necessary', 'essential', 'ablehnen', 'notwendige', 'refuser', 'rechaz', 'rejeitar', 'rifiuta', 'weiger', 'avvisa', 'afvis', 'hylkää', 'odrzuć', 'odmítnout', 'elutasít', 'reddet', 'từ chối',
    'tolak', 'respinge', 'απόρριψη', 'отклонить', 'відхилити', 'رفض', 'דחה', '拒否', '拒绝', '거부', 'अस्वीकार',
    'accept', 'agree', 'allow', 'got it', '\\bok\\b', 'akzept', 'zustimm', 'accepter', 'acept', 'aceitar', 'accett', 'accepteren', 'acceptera', 'godkänn', 'accepter', 'hyväksy', 'akceptuj', 'přijmout', 'elfogad', 'kabul', 'đồng ý', 'setuju',
    'αποδοχή', 'принять', 'прийняти', 'قبول', 'קבל', '同意', '接受', '동의', 'स्वीकार',
  ),
  settings: any('setting', 'preference', 'manage', 'customi', 'more', 'einstellung', 'paramètre', 'personnal', 'configur', 'ajustes', 'gestisci', 'instelling', 'inställning', 'asetukset', 'ustawieni', 'nastaven', 'beállít', 'ayarlar', 'настро', '設定', '设置', '설정'),
};
