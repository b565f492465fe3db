/** A provider of identities (OpenID Connect), as an administrator of the server set it. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button says. */
  readonly name: string;
  /** The claim a person is first recognised by, where an administrator allowed it. */
  readonly usernameClaim: string;
  /** Address of this server as browsers know it, where it cannot be told from the request. */
  readonly publicUrl: string | null;
}
