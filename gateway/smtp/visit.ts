import type { SMTPServerAddress, SMTPServerAuthentication, SMTPServerDataStream } from "smtp-server";
import type { Stream } from "../../shared/contracts/streams.ts";
import { type Address, readAddress } from "../../shared/mail/address.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import { acceptRaw, findSender } from "../../shared/submission/accept-raw.ts";
import type { Customer } from "../../shared/submission/customer.ts";
import type { DoorConnection } from "./connection.ts";
import type { Leave } from "./connection-counts.ts";
import { discard } from "./discard.ts";
import type { SmtpDoorDeps } from "./door-deps.ts";
import { logIn } from "./log-in.ts";

const idleCheckMs = 1_000;

/** What a client does on one connection, from its greeting to its end. */
export class Visit {
  readonly #deps: SmtpDoorDeps;
  readonly #connection: DoorConnection;
  readonly #streamOf: () => Stream;
  readonly #leaves: Leave[] = [];
  #secret: string | undefined;
  #failedLogins = 0;
  #messages = 0;
  #hasLeft = false;
  #end: NodeJS.Timeout | undefined;

  /** @param streamOf the stream that the client's port and server name choose, once these are known */
  constructor(deps: SmtpDoorDeps, connection: DoorConnection, streamOf: () => Stream) {
    this.#deps = deps;
    this.#connection = connection;
    this.#streamOf = streamOf;
    this.#endAfter(deps.limits.loginMs);
  }

  /** @throws PosternError `too_many_connections_per_address` */
  async enter(): Promise<void> {
    const { counts, limits } = this.#deps;
    const { remoteAddress, id } = this.#connection;
    const holder = { address: remoteAddress };
    const leave = await counts.enterAnyway(holder, id, limits.connectionsPerAddress);
    if (leave === undefined) throw new PosternError("too_many_connections_per_address");
    await this.#leaveWith(leave);
  }

  /**
   * @throws PosternError `unauthorized`, `account_banned`, `month_limit_reached`, `too_many_connections`, in
   * this order; `too_many_attempts` after the last one
   */
  async logIn(given: SMTPServerAuthentication): Promise<Customer> {
    const { limits } = this.#deps;
    try {
      const { customer, secret, leave } = await logIn(this.#deps, this.#connection.id, given);
      await this.#leaveWith(leave);
      this.#secret = secret;
      this.#connection.loggedIn(customer.account.limits.messageBytes);
      this.#endAfter(limits.connectionMs);
      return customer;
    } catch (error) {
      if (++this.#failedLogins < limits.loginAttempts) throw error;
      throw new PosternError("too_many_attempts", { cause: error });
    }
  }

  /**
   * @throws PosternError `service_stopping`, `unauthorized` if the token has been revoked meanwhile,
   * `too_many_messages_per_connection`, `domain_not_compliant`, `message_too_large` if the client says so
   */
  async checkSender({ address, args }: SMTPServerAddress): Promise<void> {
    const { limits, isStopping } = this.#deps;
    if (isStopping()) throw new PosternError("service_stopping");
    const customer = await this.#customer();
    const { messageBytes, smtpMessagesPerConnection = limits.messagesPerConnection } =
      customer.account.limits;
    if (this.#messages >= smtpMessagesPerConnection) {
      throw new PosternError("too_many_messages_per_connection");
    }
    await findSender(this.#accept, customer, senderOf(address).domain);
    this.#connection.messageBytes = messageBytes;
    if (args && Number(args["SIZE"] ?? 0) > messageBytes) throw new PosternError("message_too_large");
  }

  /** @throws PosternError `too_many_recipients`, `address_invalid`, `address_not_ascii` */
  checkRecipient({ address }: SMTPServerAddress, before: number): void {
    if (before >= this.#deps.limits.recipientsPerMessage) throw new PosternError("too_many_recipients");
    soundAddress(address);
  }

  /**
   * Reads and accepts a message.
   *
   * @returns the text that tells the client so
   * @throws PosternError as `acceptRaw`
   */
  async receive(content: SMTPServerDataStream): Promise<string> {
    const { envelope } = this.#connection.session;
    const { limits } = this.#deps;
    this.#messages++;
    // Once all of it is here, ending the connection would leave the client in doubt.
    const tooLate = setTimeout(() => this.#connection.refuse("took_too_long"), limits.messageMs);
    content.once("end", () => clearTimeout(tooLate));
    try {
      const { messageIds } = await acceptRaw(this.#accept, {
        secret: this.#secret,
        stream: this.#streamOf(),
        clientIp: this.#connection.remoteAddress,
        senderDomain: senderOf(envelope.mailFrom ? envelope.mailFrom.address : "").domain,
        recipients: envelope.rcptTo.map(({ address }) => soundAddress(address).email),
        content: content.iterator({ destroyOnReturn: false }),
      });
      this.#connection.messageAccepted();
      return `2.0.0 Ok: queued as ${messageIds[0]}`;
    } catch (error) {
      // The client has gone in the middle of its message: nobody reads the reply, and nothing is wrong here.
      if (content.destroyed && !content.readableEnded)
        throw new PosternError("took_too_long", { cause: error });
      const isRead = await discard(content, limits.discardedBytes);
      if (!isRead) this.#connection.refuse("message_too_large");
      throw error;
    } finally {
      clearTimeout(tooLate);
    }
  }

  /** Gives back what the connection has counted for. */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    clearTimeout(this.#end);
    await Promise.all(this.#leaves.splice(0).map((leave) => leave()));
  }

  get #accept() {
    return this.#deps.accept(this.#streamOf());
  }

  async #customer(): Promise<Customer> {
    const customer = this.#secret && (await this.#accept.accounts.findByToken(this.#secret));
    if (!customer) throw new PosternError("unauthorized");
    return customer;
  }

  /** The client may have gone while it was being counted. */
  async #leaveWith(leave: Leave): Promise<void> {
    if (this.#hasLeft) await leave();
    else this.#leaves.push(leave);
  }

  #endAfter(ms: number): void {
    clearTimeout(this.#end);
    if (!this.#hasLeft) this.#end = setTimeout(() => this.#endWhenIdle(), ms).unref();
  }

  /** A message that is on its way has its own time. */
  #endWhenIdle(): void {
    if (this.#secret === undefined || this.#connection.isIdle) this.#connection.refuse("took_too_long");
    else this.#endAfter(idleCheckMs);
  }
}

/** @throws PosternError `domain_not_compliant` for the null sender of bounces, which no customer writes */
function senderOf(address: string): Address {
  if (address === "") throw new PosternError("domain_not_compliant");
  return soundAddress(address);
}

function soundAddress(text: string): Address {
  const address = readAddress(text);
  if (address === "invalid") throw new PosternError("address_invalid");
  if (address === "non-ascii-local-part") throw new PosternError("address_not_ascii");
  return address;
}
