/** Two soft notes, for a message that comes while nobody looks. Made on the spot: there is no file to fetch and no policy to ask. */
export function chime(): void {
  // A page that nobody has touched may not make a noise, and a browser would say so in its console.
  if (!navigator.userActivation?.hasBeenActive || typeof AudioContext === 'undefined') return;
  const context = new AudioContext();
  [660, 880].forEach((pitch, place) => {
    const [note, loudness, at] = [context.createOscillator(), context.createGain(), context.currentTime + place * 0.14];
    note.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.08, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    note.connect(loudness).connect(context.destination);
    note.start(at);
    note.stop(at + 0.3);
  });
  setTimeout(() => void context.close(), 1_000);
}
