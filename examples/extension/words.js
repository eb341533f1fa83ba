/** Words in many languages that show what kind of form it is. They ignore case. */
const WORDS = {
  signIn:
    /log.?[io]n|sign.?[io]n|enter|anmeld|einlogg|connexion|connecter|identifier|inici|acce[ds]|ingres|entra|accedi|inlog|aanmeld|logga|log ind|kirjaudu|zaloguj|logow|přihl|prihl|bejelent|belép|giriş|oturum|đăng nhập|masuk|autentific|conect|intr[ăa]|σύνδεση|είσοδος|войти|вход|увійти|вхід|دخول|ورود|כניסה|התחבר|ログイン|サインイン|登录|登入|登錄|로그인|लॉग|เข้าสู่|prijav|prisijung/iu,
  next: /next|contin|proceed|weiter|suivant|siguient|seguinte|avanti|volgende|verder|nästa|næste|seuraava|dalej|další|tovább|devam|ileri|tiếp|lanjut|următor|επόμενο|далее|далі|التالي|הבא|次へ|下一步|继续|다음|계속|आगे|ถัดไป/iu,
  signUp:
    /sign.?up|regist|create|join|new (user|account|customer|member)|konto erstellen|inscri|créer|crea[r ]|cadastr|criar|iscriv|skapa|opret|rejestr|załóż|vytvoř|kayıt|üye ol|đăng ký|daftar|înregistr|εγγραφή|регистр|зарегистр|реєстр|إنشاء|הרשמה|הרשם|新規|登録|注册|註冊|가입|สมัคร|rekisteröi/iu,
  recover:
    /forg[eo]t|lost|reset|recover|remind|vergess|oubli|olvid|recuper|esquec|dimentic|vergeten|glömt|glemt|unohd|zapomn|zapomen|elfelejt|unuttum|quên|lupa|uitat|ξεχάσ|забыл|восстанов|забули|نسيت|שכח|忘|找回|찾기|ลืม/iu,
  subscribe: /newsletter|subscri|abonn|bulletin|mailing|boletín|рассыл|подпис|nieuwsbrief|メルマガ|订阅|구독/iu,
  search:
    /search|such|recherche|busca|cerca|zoek|sök|søg|szukaj|hled|keres|caut|поиск|пошук|بحث|חיפוש|検索|搜索|검색|खोज|query/iu,
  password:
    /pass|pwd|kennwort|mot de passe|mdp|contrase|clave|senha|parol|wachtwoord|lösenord|adgangskode|salasana|hasł|heslo|jelsz|şifre|mật khẩu|sandi|κωδικό|пароль|парола|كلمة|סיסמ|パスワード|暗証|密码|密碼|비밀번호|암호|पासवर्ड|รหัสผ่าน/iu,
  username:
    /user|login|e-?mail|account|member|identif|nick|phone|mobile|benutz|kennung|utilis|courriel|usuario|usuário|correo|utente|gebruik|använd|bruger|käyttäj|tunnus|użytk|uživ|felhaszn|kullanıcı|đăng nhập|pengguna|utilizator|ηλεκτρ|χρήστη|логин|пользов|почт|пошт|користув|телефон|مستخدم|بريد|משתמש|דוא|ログイン|ユーザ|メール|会員|账号|帐号|賬號|帳號|用户|用戶|邮箱|郵箱|手机|手機|아이디|이메일|사용자|उपयोगकर्ता|ईमेल|ชื่อผู้ใช้|อีเมล/iu,
  other:
    /captcha|\botp\b|one.?time|token|verif|security.?code|coupon|zip|postal|city|first.?name|last.?name|birth|company|\bcvv\b|card|验证码|キャプチャ/iu,
};
