package atrad.client;

import java.io.File;

/**
 * Files in PEM: the certificates to trust (null for those of the system), the certificate of this
 * client and its key, for servers that ask for one (null for none), and the name in the server's
 * certificate where it is not the host of the address (else null).
 */
public record Tls(File ca, File cert, File key, String serverName) {
  /** Trusts the certificate authorities of the system. */
  public static final Tls SYSTEM = new Tls(null, null, null, null);

  public Tls {
    if ((cert == null) != (key == null)) {
      throw AtradException.invalid("tls", "cert and key of a client come together");
    }
  }
}
