using System.Text.Json.Nodes;
using System.Xml.Linq;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Results.Report;

/// <summary>What the reports of all families share: head, style, parameters, provenance and references.</summary>
internal static class HtmlPage
{
    private static readonly (string Cite, string Id)[] References =
    [
        ("Nishiyama, Imaizumi: High-dimensional limit of stochastic gradient flow via dynamical mean-field theory (2026)", "2602.06320"),
        ("Gess, Kassing, Konarovskyi: Stochastic modified flows, mean-field limits and dynamics of stochastic gradient descent, JMLR 25(30) (2024)", "2302.07125"),
        ("Li, Malladi, Arora: On the validity of modeling SGD with stochastic differential equations (SDEs), NeurIPS (2021)", "2102.12470"),
        ("Ziyin, Wang, Li, Wu: Parameter symmetry and noise equilibrium of stochastic gradient descent, NeurIPS (2024)", "2402.07193"),
        ("Celentano, Cheng, Montanari: The high-dimensional asymptotics of first order methods with random data (2021)", "2112.07572"),
        ("Fan, Wang (2026), on the high-dimensional limit of multi-pass SGD and its Poisson clock", "2601.21093"),
    ];

    /// <summary>Writes a page.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="name">The experiment's name.</param>
    /// <param name="what">What the page shows, for its title.</param>
    /// <param name="summary">The experiment in a sentence.</param>
    /// <param name="experiment">The experiment file with defaults filled in.</param>
    /// <param name="manifest">Where the results come from.</param>
    /// <param name="content">All that is the experiment's own.</param>
    public static void Write(
        Stream stream, string name, string what, string summary, JsonObject experiment, Manifest manifest, params object?[] content) =>
        Save(stream, Html("html", At("lang", "en"),
            Html("head",
                new XElement("meta", At("charset", "utf-8")),
                new XElement("meta", At("name", "viewport"), At("content", "width=device-width, initial-scale=1")),
                Html("title", $"{name}: {what}"),
                Html("style", Style())),
            Html("body", Html("main",
                Html("h1", name),
                Html("p", At("class", "muted"), Unbroken(summary)),
                content,
                Html("div", At("class", "columns"),
                    Html("section", Html("h2", "Parameters"), Tables.Parameters(experiment)),
                    Html("section", Html("h2", "Provenance"), Tables.Provenance(manifest))),
                Html("h2", "References, to cite"),
                Html("ul", References.Select(r => Html("li", r.Cite, ", ",
                    Html("a", At("href", $"https://arxiv.org/abs/{r.Id}"), $"arXiv:{r.Id}"), ".")))))),
            before: "<!DOCTYPE html>\n");

    /// <summary>A sentence set off by its tone: pass, fail or unresolved.</summary>
    public static XElement Banner(string tone, string word, string text) =>
        Html("p", At("class", $"verdict {tone}"), Html("strong", word), " ", Unbroken(text));

    /// <summary>Keeps formulas such as d = 250 on one line.</summary>
    public static string Unbroken(string text) => text.Replace(" = ", "\u00a0=\u00a0", StringComparison.Ordinal);

    private static string Style()
    {
        using Stream css = typeof(HtmlPage).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(css);
        return "\n" + reader.ReadToEnd();
    }
}
