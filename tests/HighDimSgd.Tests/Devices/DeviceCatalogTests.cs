using System.Globalization;
using HighDimSgd.Devices;

namespace HighDimSgd.Tests.Devices;

public class DeviceCatalogTests
{
    [Fact]
    public void TheCpuIsAlwaysThere()
    {
        DeviceInfo cpu = Assert.Single(DeviceCatalog.Describe(), d => d.Key == "cpu");
        Assert.True(cpu.Available);
        Assert.NotEmpty(cpu.Name);
        Assert.StartsWith(Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture) + " threads", cpu.Detail, StringComparison.Ordinal);
    }
}
