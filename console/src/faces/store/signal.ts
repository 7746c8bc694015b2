/** What a hand and an ear are told of a scan: a short high tone for yes, a low double for no. */
let context: AudioContext | undefined;

function tone(hertz: number, from: number, seconds: number): void {
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
  const sound = context.createOscillator();
  const loud = context.createGain();
  sound.frequency.value = hertz;
  sound.type = 'square';
  loud.gain.value = 0.06;
  sound.connect(loud).connect(context.destination);
  sound.start(context.currentTime + from);
  sound.stop(context.currentTime + from + seconds);
}

export function yes(): void {
  navigator.vibrate?.(40);
  try {
    tone(1480, 0, 0.07);
  } catch {
    /* a phone without sound still picks */
  }
}

export function no(): void {
  navigator.vibrate?.([90, 60, 90]);
  try {
    tone(220, 0, 0.12);
    tone(180, 0.17, 0.16);
  } catch {
    /* a phone without sound still picks */
  }
}
