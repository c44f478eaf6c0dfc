import { VirtualClock } from "../../local/src/testing/virtual-clock.ts";

/** A clock that stands still until a test moves it; sleeping moves it immediately. */
export class FakeClock extends VirtualClock {
  override async sleep(ms: number): Promise<void> {
    this.advance(ms);
  }

  advance(ms: number): void {
    this.moveTo(this.now().getTime() + ms);
  }
}
