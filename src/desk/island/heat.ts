/**
 * Lays a heat map over a screenshot that somebody has of the page: the picture is read in the browser and goes nowhere. The
 * drawing that came with the page stays as it is where none is chosen.
 */
interface Drawing {
  width: number;
  height: number;
  cells: { x: number; y: number; width: number; height: number; heat: number }[];
}

const place = document.querySelector<HTMLElement>("[data-heat]");
const asking = document.querySelector<HTMLElement>("[data-shot]");
const input = asking?.querySelector("input");

if (place !== null && asking !== null && input) {
  asking.hidden = false;
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file !== undefined) void draw(place, file);
  });
}

async function draw(place: HTMLElement, file: File): Promise<void> {
  const { width, height, cells } = JSON.parse(place.dataset["heat"] ?? "") as Drawing;
  const picture = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (context === null) return;
  // The screenshot has the page's whole width: its height follows.
  const scale = width / picture.width;
  canvas.width = width;
  canvas.height = Math.max(height, Math.round(picture.height * scale));
  canvas.setAttribute("aria-hidden", "true");
  context.drawImage(picture, 0, 0, width, picture.height * scale);
  const colour = getComputedStyle(place).color;
  for (const { x, y, width, height, heat } of cells) {
    const [middleX, middleY, radius] = [x + width / 2, y + height / 2, Math.max(width, height) * 1.2];
    const glow = context.createRadialGradient(middleX, middleY, 0, middleX, middleY, radius);
    glow.addColorStop(0, colour);
    glow.addColorStop(1, "transparent");
    context.globalAlpha = heat * 0.8;
    context.fillStyle = glow;
    context.fillRect(middleX - radius, middleY - radius, radius * 2, radius * 2);
  }
  place.querySelector("canvas")?.remove();
  place.querySelector("svg")?.setAttribute("hidden", "");
  place.append(canvas);
}
