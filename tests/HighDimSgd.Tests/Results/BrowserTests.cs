using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HighDimSgd.Flows;
using HighDimSgd.Results;
using HighDimSgd.Tests.Flows;

namespace HighDimSgd.Tests.Results;

/// <summary>
/// The report as a browser lays it out, in headless Chromium where it is installed: on a phone, a tablet and a screen, no text lies on
/// another or runs out of its figure, the page does not scroll sideways, and nothing is fetched or fails.
/// </summary>
public sealed class BrowserTests : IDisposable
{
    private const string Probe = """
        <script>
        const errors = [];
        window.addEventListener('error', e => errors.push(String(e.message)));
        window.addEventListener('load', () => {
          const overlaps = [], outside = [];
          for (const svg of document.querySelectorAll('svg')) {
            const frame = svg.getBoundingClientRect();
            const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
            texts.forEach(([a, r], i) => {
              if (r.left < frame.left - 1 || r.right > frame.right + 1 || r.top < frame.top - 1 || r.bottom > frame.bottom + 1) outside.push(a);
              texts.slice(i + 1).forEach(([b, s]) => {
                const w = Math.min(r.right, s.right) - Math.max(r.left, s.left), h = Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top);
                if (w > 1 && h > 2) overlaps.push(a + ' / ' + b);
              });
            });
          }
          document.title = JSON.stringify({ overlaps, outside, errors, figures: document.querySelectorAll('svg').length,
            fetched: performance.getEntriesByType('resource').length, width: document.documentElement.scrollWidth, window: window.innerWidth });
        });
        </script>
        """;

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private static string? Chromium => new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [SkippableTheory]
    [InlineData(500)] // Chromium's narrowest window
    [InlineData(900)]
    [InlineData(1600)]
    public void LabelsDoNotOverlap(int width)
    {
        Skip.If(Chromium is null, "no Chromium here");
        (ExperimentResult result, SizeCurves[] curves) = Synthetic.Complete();
        ResultsFolder.Write(folder, result, Synthetic.Json(), curves, Synthetic.Manifest);
        JsonElement found = Look(File.ReadAllText(Path.Combine(folder, "report.html")), width);
        AssertSound(found, 2 * Synthetic.Names.Length);
    }

    [SkippableTheory]
    [InlineData(500, false)]
    [InlineData(1600, false)]
    [InlineData(500, true)]
    public void LabelsOfFlowsDoNotOverlap(int width, bool isStationary)
    {
        Skip.If(Chromium is null, "no Chromium here");
        FlowFolder.Write(folder, isStationary ? FlowSynthetic.Stationary() : FlowSynthetic.Orders(), Synthetic.Manifest);
        AssertSound(Look(File.ReadAllText(Path.Combine(folder, "report.html")), width), isStationary ? 5 : 6);
    }

    private static void AssertSound(JsonElement found, int figures)
    {
        Assert.Equal(figures, found.GetProperty("figures").GetInt32());
        foreach (string name in new[] { "overlaps", "outside", "errors" })
            Assert.Equal("[]", found.GetProperty(name).GetRawText());
        Assert.Equal(0, found.GetProperty("fetched").GetInt32());
        Assert.InRange(found.GetProperty("width").GetInt32(), 1, found.GetProperty("window").GetInt32());
    }

    [SkippableFact]
    public void AnOverlapIsSeen()
    {
        Skip.If(Chromium is null, "no Chromium here");
        const string Page = "<html><head><title></title></head><body><svg width='100' height='50'><text x='10' y='20'>one</text><text x='14' y='22'>two</text>"
            + "<text x='95' y='45'>out</text></svg><script>nothing()</script></body></html>";
        JsonElement found = Look(Page.Replace("<script>nothing", Probe + "<script>nothing", StringComparison.Ordinal), 900);
        Assert.Equal("[\"one / two\"]", found.GetProperty("overlaps").GetRawText());
        Assert.Equal("[\"out\"]", found.GetProperty("outside").GetRawText());
        Assert.Equal(1, found.GetProperty("errors").GetArrayLength());
    }

    private JsonElement Look(string page, int width)
    {
        string file = Path.Combine(folder, "page.html");
        File.WriteAllText(file, page.Contains(Probe, StringComparison.Ordinal) ? page : page.Replace("</body>", Probe + "</body>", StringComparison.Ordinal));
        var start = new ProcessStartInfo(Chromium!,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars", $"--user-data-dir={Path.Combine(folder, "profile")}",
            string.Create(CultureInfo.InvariantCulture, $"--window-size={width},1000"), "--virtual-time-budget=5000", "--dump-dom", $"file://{file}",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string dom = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        int from = dom.IndexOf("<title>", StringComparison.Ordinal) + 7, to = dom.IndexOf("</title>", StringComparison.Ordinal);
        return JsonDocument.Parse(System.Net.WebUtility.HtmlDecode(dom[from..to])).RootElement;
    }
}
