import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import forge from 'node-forge';

/** The certificate of a replay's proxies. It is made for the run, and its key is in no file. */
export interface ReplayCertificate {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
  /** For Chrome's `--ignore-certificate-errors-spki-list`: Chrome then takes the certificate for any host. */
  readonly spkiHash: string;
}

const HOUR_MS = 3_600_000;
const VALID_MS = 7 * 24 * HOUR_MS;

/** Makes a key and a certificate that it signs itself. */
export function makeCertificate(): ReplayCertificate {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const publicKey = createPublicKey(privateKey);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey.export({ type: 'spki', format: 'pem' }) as string);
  // A serial number is positive.
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - HOUR_MS);
  certificate.validity.notAfter = new Date(Date.now() + VALID_MS);
  const name = [{ name: 'commonName', value: 'gridrun replay' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create());
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    key,
    cert: forge.pki.certificateToPem(certificate),
    spkiHash: createHash('sha256').update(spki).digest('base64'),
  };
}
